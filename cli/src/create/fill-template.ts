/** Puts the values in for `{{name}}`; `write` makes of a value what may stand there. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
  write: (value: string) => string = value => value
): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`A template has {{${name}}}, which stands for nothing.`)
    return write(value)
  })
}
