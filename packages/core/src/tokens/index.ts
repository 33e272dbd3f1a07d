export { Calibration, calibrationKey } from './calibration.ts'
export { countExactly } from './count-exactly.ts'
export { estimateOutput, estimateTokens } from './estimate-tokens.ts'
