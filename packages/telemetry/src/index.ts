export { createLogger, type LoggerOptions } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { scrapeMetrics } from './scrape-metrics.ts';
export { type MetricsServer, serveMetrics } from './serve-metrics.ts';
export { makeSocketDirectory, socketDirectory } from './socket-directory.ts';
