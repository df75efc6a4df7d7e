import { type Logger, TypedEmitter } from '@manyline/kernel';
import type { Redis } from 'ioredis';
import { channels } from './keys.ts';
import { type Command, readCommand, readTenantChanged, type TenantChanged } from './messages.ts';

interface Events {
  tenantChanged: [TenantChanged];
  command: [Command];
  /** The subscription was interrupted and stands again: messages may have been missed. */
  resubscribed: [];
}

/** The receiving side of Redis pub/sub, on a connection of its own. */
export class Subscriptions extends TypedEmitter<Events> {
  readonly #client: Redis;
  readonly #logger: Logger;

  constructor(client: Redis, logger: Logger) {
    super();
    this.#client = client;
    this.#logger = logger;
    this.onListenerError = (error, event) => logger.error({ reason: String(error), event }, 'a bus listener failed');
    client.on('message', (channel, text) => this.#receive(channel, text));
  }

  /** Connects and subscribes; rejects when Redis cannot be reached. ioredis subscribes again after an outage. */
  async open(): Promise<void> {
    await this.#client.connect();
    await this.#client.subscribe(channels.tenantChanged, channels.commands);
    this.#client.on('ready', () => {
      // Redis answers in order: once this subscribe is confirmed, the earlier ones stand again.
      this.#client.subscribe(channels.tenantChanged, channels.commands).then(
        () => this.emit('resubscribed'),
        (error) => this.#logger.warn({ reason: String(error) }, 'could not subscribe again'),
      );
    });
  }

  #receive(channel: string, text: string): void {
    const change = channel === channels.tenantChanged ? readTenantChanged(text) : undefined;
    const command = channel === channels.commands ? readCommand(text) : undefined;
    if (change !== undefined) this.emit('tenantChanged', change);
    else if (command !== undefined) this.emit('command', command);
    else this.#logger.warn({ channel }, 'a message on the bus was not understood');
  }
}
