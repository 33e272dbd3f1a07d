import type { Turn } from './conversation.ts'

interface Prompt {
  readonly system?: unknown
  readonly tools?: readonly object[] | undefined
  readonly messages: readonly Turn[]
}

const mark = { cache_control: { type: 'ephemeral' } }

/** Marks the end of what stays the same from call to call: tools and system text, which come first, and the conversation so far. */
export function markForCache({ system, tools, messages }: Prompt): Prompt {
  const place = messages.findLastIndex(({ role }) => role === 'user')
  return {
    ...(tools !== undefined && { tools: system === undefined ? markLast(tools) : tools }),
    ...(system !== undefined && { system: [{ type: 'text', text: system, ...mark }] }),
    messages: messages.map((turn, index) => (index === place ? { ...turn, content: markLast(turn.content) } : turn))
  }
}

function markLast<Item extends object>(items: readonly Item[]): readonly Item[] {
  const last = items.at(-1)
  return last === undefined ? items : [...items.slice(0, -1), { ...last, ...mark }]
}
