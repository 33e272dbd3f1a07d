import type { Run } from './spec.ts'

/** Serves every provider at one address, until Ctrl-C or SIGTERM. */
export const serve: Run = async (context, input) => {
  // One that comes while it starts has nothing to say.
  context.interrupts.onHangup(() => {})
  const { serveGateway } = await import('../serve/serve-gateway.ts')
  return serveGateway(context, input)
}
