export { Dialog, type SequenceVerdict } from './dialog.ts';
