export { type Config, loadConfig, type S3Config, type TlsFiles } from './config.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
