export { createChannel, type Channel } from './channel.ts'
export type { Exchange, ResponseHead } from './exchange.ts'
export { EventStreamReader } from './sse.ts'
export { createTransport, type HttpRequest, type Transport } from './transport.ts'
