import type { ChatRequest, ContentPart, Message, ToolCall } from '@resoftai/sdk'

type Block = Readonly<Record<string, unknown>> & { readonly type: string }

export interface WireTurn {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly Block[]
}

/** What somebody must have asked us for to send the turns of a recorded request. */
export function messagesOf(turns: readonly WireTurn[]): readonly Message[] {
  return turns.flatMap(({ role, content }) => {
    const blocks = blocksOf(content)
    return role === 'assistant' ? [assistantOf(blocks)] : userMessagesOf(blocks)
  })
}

/** False for what our messages have no word for, such as references to the vendor's own tools. */
export function isSayable(turns: readonly WireTurn[]): boolean {
  return turns.every(({ role, content }) => role === 'assistant' || (role === 'user' && blocksOf(content).every(isPart)))
}

function isPart({ type, content = [] }: Block): boolean {
  if (type === 'tool_result') return blocksOf(content as WireTurn['content']).every(isPart)
  return type === 'text' || type === 'image' || type === 'document'
}

/** The turns in our spelling: content in blocks, without marks and without fields that say the default. */
export function normalized(turns: readonly WireTurn[]): readonly unknown[] {
  return turns.map(({ role, content }) => ({ role, content: blocksOf(content).map(normalizeBlock) }))
}

function normalizeBlock({ cache_control: _mark, ...block }: Block): unknown {
  const { is_error: isError, citations: _asked, ...rest } = block
  if (block.type === 'tool_result') return { ...rest, ...(isError === true && { is_error: true }) }
  return block.type === 'document' ? rest : block
}

function blocksOf(content: WireTurn['content']): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function assistantOf(blocks: readonly Block[]): Message {
  const toolCalls = blocks.flatMap((block): ToolCall[] =>
    block.type === 'tool_use' ? [{ id: String(block['id']), name: String(block['name']), arguments: JSON.stringify(block['input']) }] : []
  )
  return {
    role: 'assistant',
    content: blocks.map(block => (block.type === 'text' ? String(block['text']) : '')).join(''),
    ...(toolCalls.length > 0 && { toolCalls }),
    providerData: { anthropic: { content: blocks } }
  }
}

function userMessagesOf(blocks: readonly Block[]): readonly Message[] {
  const results = blocks.filter(({ type }) => type === 'tool_result')
  const others = blocks.filter(({ type }) => type !== 'tool_result')
  return [
    ...results.map((block): Message => {
      const content = block['content'] as string | readonly Block[]
      return {
        role: 'tool',
        toolCallId: String(block['tool_use_id']),
        content: typeof content === 'string' ? content : content.map(partOf),
        isError: block['is_error'] === true
      }
    }),
    ...(others.length > 0 ? [{ role: 'user' as const, content: others.map(partOf) }] : [])
  ]
}

function partOf({ type, text, title, source }: Block): ContentPart {
  if (type === 'text') return { type, text: String(text) }
  const { url, media_type, data, type: kind } = source as Readonly<Record<string, string>>
  const place =
    url ?? `data:${media_type}${kind === 'base64' ? ';base64' : ''},${kind === 'base64' ? data : encodeURIComponent(data ?? '')}`
  return type === 'image' ? { type, url: place } : { type: 'file', url: place, ...(typeof title === 'string' && { filename: title }) }
}

/** The other fields that our requests can say. */
export function optionsOf(body: Readonly<Record<string, unknown>>): Partial<ChatRequest> {
  const { max_tokens, temperature, tool_choice } = body
  const choice = tool_choice as { readonly type: string; readonly name?: string } | undefined
  const choices = { auto: 'auto', none: 'none', any: 'required', tool: { name: choice?.name ?? '' } } as const
  return {
    ...(typeof max_tokens === 'number' && { maxTokens: max_tokens }),
    ...(typeof temperature === 'number' && { temperature }),
    ...(choice !== undefined && { toolChoice: choices[choice.type as keyof typeof choices] })
  }
}
