export { type RunningApp, runApp } from './run-app.ts';
