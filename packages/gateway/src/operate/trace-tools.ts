import type { AgentTool } from '@resoftai/agent'
import { toolAttributes } from './call-attributes.ts'
import type { SpanPlace } from './trace.ts'

/** Makes `Trace.watchTool`. */
export function traceTool(tool: AgentTool, { api, tracer, context }: SpanPlace): AgentTool {
  return {
    ...tool,
    async run(args, call) {
      const attributes = toolAttributes(tool.name, call.toolCallId)
      const span = tracer.startSpan(`execute_tool ${tool.name}`, { kind: api.SpanKind.INTERNAL, attributes }, context)
      try {
        return await untilAborted(() => tool.run(args, call), call.signal)
      } catch (error) {
        span.setAttribute('error.type', call.signal.aborted ? 'aborted' : '_OTHER').setStatus({ code: api.SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    }
  }
}

/** The agent leaves a tool behind that does not hear its signal. */
function untilAborted(run: () => unknown, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    Promise.resolve(run()).then(resolve, reject)
  })
}
