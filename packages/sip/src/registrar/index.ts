export {
  type Binding,
  DEFAULT_REGISTRAR_LIMITS,
  judgeRegister,
  type RegisterVerdict,
  type RegistrarLimits,
  type WantedBinding,
} from './register.ts';
