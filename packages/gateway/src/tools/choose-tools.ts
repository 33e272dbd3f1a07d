import type { AgentTool } from '@resoftai/agent'
import { badRequest, type GatewayError } from '../error.ts'
import type { ToolSource } from './tool-source.ts'

export interface ChosenTools {
  readonly tools: readonly AgentTool[]
  /** Sources that cannot be used now, and why: for whoever runs the gateway. */
  readonly missing: readonly { readonly source: string; readonly reason: string }[]
}

type Sources = ReadonlyMap<string, ToolSource>
type Offered = ReadonlyMap<string, AgentTool>

/** The tools of sources (`files`), and single ones (`files/read`). Throws `GatewayError` 400 for a name that is none. */
export async function chooseTools(sources: Sources, names: readonly string[] = [...sources.keys()]): Promise<ChosenTools> {
  const tools: AgentTool[] = []
  const missing: ChosenTools['missing'][number][] = []
  const wanted = readNames(sources, names)
  const opened = await Promise.all([...sources].filter(([name]) => wanted.has(name)).map(([name, source]) => open(name, source)))
  for (const one of opened) {
    const { source } = one
    if (one.offered === undefined) missing.push({ source, reason: one.reason })
    else tools.push(...pick(source, one.offered, wanted.get(source)))
  }
  return { tools, missing }
}

/** Which tools of which sources; `undefined`: all that it has. */
function readNames(sources: Sources, names: readonly string[]): ReadonlyMap<string, ReadonlySet<string> | undefined> {
  const wanted = new Map<string, Set<string> | undefined>()
  for (const name of names) {
    const slash = name.indexOf('/')
    const source = slash === -1 ? name : name.slice(0, slash)
    if (!sources.has(source)) throw unknown(name, [...sources.keys()])
    if (slash === -1) wanted.set(source, undefined)
    else if (!wanted.has(source)) wanted.set(source, new Set([name.slice(slash + 1)]))
    else wanted.get(source)?.add(name.slice(slash + 1))
  }
  return wanted
}

type Opened = { readonly source: string } & ({ readonly offered: Offered } | { readonly offered?: undefined; readonly reason: string })

async function open(name: string, source: ToolSource): Promise<Opened> {
  try {
    return { source: name, offered: await source.tools() }
  } catch (error) {
    return { source: name, reason: (error as Error).message }
  }
}

function pick(source: string, offered: Offered, wanted: ReadonlySet<string> | undefined): readonly AgentTool[] {
  return [...(wanted ?? offered.keys())].map(name => {
    const tool = offered.get(name)
    if (tool === undefined)
      throw unknown(
        `${source}/${name}`,
        [...offered.keys()].map(known => `${source}/${known}`)
      )
    return tool
  })
}

const mostShown = 50

function unknown(name: string, known: readonly string[]): GatewayError {
  const shown = known.length > mostShown ? [...known.slice(0, mostShown), '…'] : known
  return badRequest(`There is no tool ${JSON.stringify(name.slice(0, 200))}; there are: ${shown.join(', ')}.`, 'tools')
}
