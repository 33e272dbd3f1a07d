/** A tool as a stranger's server tells of it. */
export interface OfferedTool {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: Readonly<Record<string, unknown>>
}

export const mostTools = 128
const mostNameChars = 128
const mostDescriptionChars = 8_192
const mostSchemaChars = 65_536
const mostDepth = 64

/** Those of the tools that are safe to show to a model, and what is wrong with the others. */
export function admitTools(offered: readonly OfferedTool[]): {
  readonly tools: readonly OfferedTool[]
  readonly refused: readonly string[]
} {
  const tools = new Map<string, OfferedTool>()
  const refused: string[] = []
  for (const tool of offered) {
    const reason = tools.has(tool.name)
      ? 'there are two of this name'
      : tools.size === mostTools
        ? `there are more than ${mostTools}`
        : judge(tool)
    if (reason === undefined) tools.set(tool.name, shortened(tool))
    else refused.push(`${tool.name.slice(0, mostNameChars)}: ${reason}`)
  }
  return { tools: [...tools.values()], refused }
}

function judge({ name, inputSchema }: OfferedTool): string | undefined {
  if (name === '' || name.length > mostNameChars) return 'its name is empty or too long'
  if (isDeeper(inputSchema, mostDepth)) return 'its schema is nested too deeply'
  return JSON.stringify(inputSchema).length > mostSchemaChars ? 'its schema is too large' : undefined
}

function shortened(tool: OfferedTool): OfferedTool {
  const { description = '' } = tool
  return description.length > mostDescriptionChars ? { ...tool, description: `${description.slice(0, mostDescriptionChars)}…` } : tool
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(item => isDeeper(item, levels - 1))
}
