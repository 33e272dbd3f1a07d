import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client'

/** What a model reads of a result: its texts, and of all else that there is such a thing. */
export function writeContent({ content, structuredContent }: CallToolResult): string {
  // By the protocol the same stands in a text, if there is one.
  if (content.length === 0 && structuredContent !== undefined) return JSON.stringify(structuredContent)
  return content.map(writeBlock).join('\n')
}

function writeBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'image':
    case 'audio':
      return `[${block.type} (${block.mimeType}), which cannot be shown here]`
    case 'resource_link':
      return `[resource ${block.name}: ${block.uri}]`
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[resource ${block.resource.uri}, which cannot be shown here]`
    default:
      return '[content that cannot be shown here]'
  }
}
