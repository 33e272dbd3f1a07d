import { ProviderError, type ChatMode, type ChatRequest, type Content, type Message } from '@resoftai/sdk'

/** The request in the vendor's words. What is `undefined` is not in the JSON, so the vendor's default holds. */
export function encodeBody({ model, messages, temperature, maxTokens, tools, extra }: ChatRequest, mode: ChatMode): object {
  return {
    model,
    turns: messages.map(encodeTurn),
    temperature,
    limit: maxTokens,
    skills: tools?.map(({ name, description, parameters }) => ({ name, about: description, input: parameters })),
    live: mode === 'stream',
    // What the caller adds wins.
    ...extra
  }
}

function encodeTurn(message: Message): object {
  switch (message.role) {
    case 'system':
      return { by: 'system', text: message.content }
    case 'user':
      return { by: 'person', name: message.name, text: toText(message.content) }
    case 'assistant':
      return {
        by: 'model',
        text: message.content,
        calls: message.toolCalls?.map(({ id, name, arguments: input }) => ({ id, name, input }))
      }
    case 'tool':
      return { by: 'skill', call: message.toolCallId, text: toText(message.content) }
  }
}

/** A question about an image makes no sense without the image, so this is an error and no warning. */
function toText(content: Content): string {
  if (typeof content === 'string') return content
  const texts = content.map(part => {
    if (part.type === 'text') return part.text
    throw new ProviderError('bad_request', `This vendor reads text only, no ${part.type}.`)
  })
  return texts.join('')
}

const said = new Set(['model', 'messages', 'temperature', 'maxTokens', 'tools', 'extra', 'headers'])

/** What cannot be said in the vendor's words is left out, but not in silence. */
export function findUnsaid(request: ChatRequest): readonly string[] {
  const unsaid = Object.keys(request).filter(key => !said.has(key))
  return unsaid.map(key => `This vendor has no ${key}: it was left out.`)
}
