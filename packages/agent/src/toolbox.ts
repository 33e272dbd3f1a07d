import { AgentError } from './error.ts'
import { SchemaCompiler, type Check } from './schema-compiler.ts'
import type { AgentTool } from './tool.ts'

/** Tools by name, with what checks their arguments. */
export type Toolbox = ReadonlyMap<string, { readonly tool: AgentTool; readonly check: Check }>

/** Compiles each tool's `parameters` once, unless it has a `check`. Throws `AgentError` for one that is no JSON Schema. */
export async function openToolbox(tools: readonly AgentTool[]): Promise<Toolbox> {
  const compiler = new SchemaCompiler()
  const toolbox = new Map<string, { tool: AgentTool; check: Check }>()
  for (const tool of tools) toolbox.set(tool.name, { tool, check: await compileParameters(tool, compiler) })
  return toolbox
}

async function compileParameters({ name, parameters, check }: AgentTool, compiler: SchemaCompiler): Promise<Check> {
  if (check !== undefined) return check
  if (parameters === undefined) return () => []
  try {
    return await compiler.compile(parameters)
  } catch (error) {
    const message = `The parameters of the tool "${name}" cannot be used as a JSON Schema: ${(error as Error).message}`
    throw new AgentError('usage', message, { cause: error })
  }
}
