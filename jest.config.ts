import type { Config } from 'jest'

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/plugins', '<rootDir>/cli', '<rootDir>/tests', '<rootDir>/examples'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/', '/cli/templates/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline'
      }
    ]
  },
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
  testTimeout: 20_000
}

export default config
