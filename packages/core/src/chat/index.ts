export { cancelled } from './call.ts'
export { providerClient } from './provider-client.ts'
export { isDialect, type StartedProvider } from './started-provider.ts'
