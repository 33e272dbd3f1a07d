export { createLog, type Log, type LogOptions } from './log.ts'
export { createRedactor, mask, type Redactor } from './redact.ts'
