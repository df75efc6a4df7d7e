import type { Result } from '@manyline/kernel';
import type { MediaCommand, MediaResult } from './control/protocol.ts';
import type { MediaEngine } from './media-engine.ts';
import type { MediaFailure } from './media-error.ts';

/** Carries a command of the control protocol out on an engine. */
export function executeCommand(engine: MediaEngine, command: MediaCommand): Result<MediaResult, MediaFailure> {
  switch (command.op) {
    case 'openLegs':
      return engine.openLegs(command.sessionId, command.legIds);
    case 'updateLeg':
      return engine.updateLeg(command.sessionId, command.legId, command.remote);
    case 'connectLegs':
      return engine.connectLegs(command.sessionId, command.legA, command.legB);
    case 'closeLegs':
      return engine.closeLegs(command.sessionId, command.legIds);
    case 'closeSession':
      return engine.closeSession(command.sessionId);
  }
}
