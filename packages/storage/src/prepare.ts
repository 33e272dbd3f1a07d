import type { Compilable, CompiledQuery } from 'kysely'

class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Compiles a statement once; each use gives it its values. Compiling takes longer than running it does. */
export function prepare<Values extends object>(
  build: (value: <Name extends keyof Values & string>(name: Name) => Values[Name]) => Compilable
): (values: Values) => CompiledQuery {
  const compiled = build(name => new Placeholder(name) as never).compile()
  const fill = (values: Values) => (parameter: unknown) =>
    parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter
  return values => ({ ...compiled, parameters: compiled.parameters.map(fill(values)) })
}
