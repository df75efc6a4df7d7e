import type { Flow } from '../transport/index.ts';
import type { ClientEntry } from './transaction-context.ts';

/** Finds the client transactions that a failed flow leaves without hope of a response. */
export class WaitingClients {
  readonly #byFlow = new Map<string, Set<ClientEntry>>();

  add(client: ClientEntry): void {
    const clients = this.#byFlow.get(client.flow.id);
    if (clients === undefined) this.#byFlow.set(client.flow.id, new Set([client]));
    else clients.add(client);
  }

  delete(client: ClientEntry): void {
    const clients = this.#byFlow.get(client.flow.id);
    if (clients === undefined) return;
    clients.delete(client);
    if (clients.size === 0) this.#byFlow.delete(client.flow.id);
  }

  flowFailed(flow: Flow): void {
    for (const client of [...(this.#byFlow.get(flow.id) ?? [])]) client.flowFailed();
  }

  clear(): void {
    this.#byFlow.clear();
  }
}
