export type { ClientTransaction, ClientTransactionState } from './client-transaction.ts';
export type { InviteServerState, InviteServerTransaction } from './invite-server-transaction.ts';
export type { NonInviteServerState, NonInviteServerTransaction } from './non-invite-server-transaction.ts';
export type { TimerValues } from './timer-values.ts';
export {
  type ServerTransaction,
  type TransactionDiscardReason,
  TransactionLayer,
  type TransactionLayerOptions,
} from './transaction-layer.ts';
export type { ClientTransactionListener, TransactionUser } from './transaction-user.ts';
