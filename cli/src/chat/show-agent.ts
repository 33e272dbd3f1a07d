import type { AgentEvent, AgentResult } from '@resoftai/agent'
import type { Context } from '../context.ts'
import { styled } from '../output/piece.ts'
import { startSpinner } from '../output/spinner.ts'
import { createAnswerWriter } from './answer-writer.ts'

const longestShown = 200

/** Writes what an agent says to standard output and what it does beside it, and gives its result. */
export async function showAgent(events: AsyncIterable<AgentEvent>, { output, text }: Context): Promise<AgentResult> {
  const writer = createAnswerWriter(output)
  let spinner = startSpinner(output, text('chat.thinking'))
  const aside = (mark: string, line: string) => {
    writer.endLine()
    output.remark(styled('cyan', mark), styled('dim', shorten(line)))
  }
  try {
    for await (const event of events) {
      if (event.type !== 'usage') spinner.stop()
      switch (event.type) {
        case 'text':
          writer.text(event.text)
          break
        case 'reasoning':
          writer.reasoning(event.text)
          break
        case 'tool_call':
          aside('→ ', `${event.name} ${event.arguments}`)
          break
        case 'tool_result':
          aside(event.isError ? '✗ ' : '← ', `${event.name}: ${event.content}`)
          break
        case 'tool_arguments_invalid':
          aside('✗ ', `${event.name}: ${event.problems.join(' ')}`)
          break
        case 'step':
          writer.endLine()
          spinner = startSpinner(output, text('chat.thinking'))
          break
        case 'warning':
          aside('! ', event.message)
          break
        case 'restart':
          aside('! ', text('chat.restart', { reason: event.reason }))
          break
        case 'citation':
          aside('· ', event.citation.url)
          break
        case 'usage':
          break
        case 'done':
          return event.result
      }
    }
    throw new Error('The agent ended without a result.')
  } finally {
    spinner.stop()
    writer.endLine()
  }
}

function shorten(line: string): string {
  const flat = line.replaceAll(/\s+/g, ' ')
  return flat.length > longestShown ? `${flat.slice(0, longestShown)}…` : flat
}
