import { isObject, type AssistantMessage, type JsonObject, type ProviderData, type ToolCall } from '@resoftai/sdk'
import { readOpaqueObject, wrongType, type Reading } from '../openai/reading.ts'
import { readName, readText } from '../openai/values.ts'
import { isCarried, readCarried } from './carried-data.ts'
import { readBlocks } from './content.ts'
import { isPlain } from './plain-block.ts'

/**
 * What the model said, as the client got it. Blocks that our words cannot say again (signed thinking, what the vendor's own tools did) are
 * kept whole in `providerData.anthropic`, where the plugin of this API looks for them; other vendors are not told of them.
 */
export function readAssistant(content: unknown, param: string, reading: Reading): AssistantMessage {
  if (typeof content === 'string') return { role: 'assistant', content }
  const said = { text: '', reasoning: '', calls: [] as ToolCall[], kept: [] as JsonObject[], carried: {} as ProviderData }
  readBlocks(content, param).forEach((block, position) => {
    const at = `${param}.${position}`
    readOpaqueObject(block, at, reading)
    switch (block.type) {
      case 'text':
        said.text += readText(block.text, `${at}.text`)
        break
      case 'thinking':
        said.reasoning += readText(block.thinking, `${at}.thinking`)
        // Thinking without a signature is another vendor's: this one would refuse it.
        if (block.signature === undefined || block.signature === null || readText(block.signature, `${at}.signature`) === '') return
        break
      case 'tool_use':
        said.calls.push(readCall(block, at))
        break
      case 'redacted_thinking':
        if (!isCarried(readText(block.data, `${at}.data`))) break
        Object.assign(said.carried, readCarried(block.data as string, `${at}.data`, reading))
        return
      default:
        readName(block.type, `${at}.type`)
    }
    said.kept.push(keep(block))
  })
  const { text, reasoning, calls, kept, carried } = said
  const providerData = { ...(!kept.every(isPlain) && { anthropic: { content: kept } }), ...carried }
  return {
    role: 'assistant',
    content: text,
    ...(reasoning !== '' && { reasoning }),
    ...(calls.length > 0 && { toolCalls: calls }),
    ...(Object.keys(providerData).length > 0 && { providerData })
  }
}

function readCall({ id, name, input }: JsonObject, param: string): ToolCall {
  if (!isObject(input)) throw wrongType(`${param}.input`, 'an object', input)
  return { id: readName(id, `${param}.id`), name: readName(name, `${param}.name`), arguments: JSON.stringify(input) }
}

/** Without marks for the cache, which the plugin sets itself, and without sources that this gateway named (`writeCitation`). */
function keep({ cache_control: _mark, citations, ...block }: JsonObject): JsonObject {
  if (!Array.isArray(citations)) return citations === undefined || citations === null ? block : { ...block, citations }
  const own = citations.filter(citation => !isObject(citation) || citation.encrypted_index !== '')
  return own.length === 0 ? block : { ...block, citations: own }
}
