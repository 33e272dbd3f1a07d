import type { Client } from '@modelcontextprotocol/client'
import type { Log } from '@resoftai/core'
import { admitTools, mostTools, type OfferedTool } from './admit-tools.ts'

export interface ListOptions {
  /** Which of them; absent: all. */
  readonly only: readonly string[] | undefined
  /** In milliseconds, for each page. */
  readonly timeout: number
  readonly log: Log
}

const mostPages = 100

/** The tools of a server, as far as they are safe to show to a model. */
export async function listTools(client: Client, { only, timeout, log }: ListOptions): Promise<readonly OfferedTool[]> {
  if (client.getServerCapabilities()?.tools === undefined) return []
  const offered: OfferedTool[] = []
  let cursor: string | undefined
  // A server may have pages without end.
  for (let page = 1; page <= mostPages; page++) {
    const { tools, nextCursor } = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      { timeout }
    )
    for (const tool of tools) if (only?.includes(tool.name) ?? true) offered.push(tool)
    cursor = nextCursor
    if (cursor === undefined || offered.length > mostTools) break
  }
  const { tools, refused } = admitTools(offered)
  if (refused.length > 0) log.warn('Tools are left out.', { refused: refused.slice(0, 20), count: refused.length })
  return tools
}
