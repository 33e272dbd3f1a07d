import { openapi } from './openapi.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly const?: string
  readonly description?: string
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

interface Content {
  readonly $ref?: string
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description: string }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

export const referencePagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The whole document as one page to read: no script, nothing loaded. */
export function referencePage(): string {
  const operations = Object.entries(openapi.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation }))
  )
  const sections = openapi.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name))
    return `<h2>${name}</h2>${own.map(({ title, operation }) => operationPart(title, operation)).join('')}`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(openapi.info.title)}</title>
<style>
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fff }
  h3 { margin-top: 2.5rem } code { overflow-wrap: anywhere } td { padding: .2rem 1rem .2rem 0; vertical-align: top }
  @media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } a { color: #8ab4f8 } }
</style>
<h1>${escape(openapi.info.title)}</h1>
<p>${escape(openapi.info.description)} The same as <a href="openapi.json">OpenAPI</a>, and <a href="docs">to try</a>.</p>
${sections.join('\n')}
</html>
`
}

function operationPart(title: string, { summary, parameters = [], requestBody, responses }: Operation): string {
  const given = parameters.map(({ name, in: place, description }) => row(`${name} (${place})`, '', description))
  const asked = requestBody === undefined ? '' : `<h4>Body</h4>${contentPart(requestBody)}`
  const answers = Object.entries(responses).map(
    ([status, answer]) => `<h4>${status === 'default' ? 'Errors' : status}</h4>${contentPart(answer)}`
  )
  return `<h3><code>${escape(title)}</code></h3><p>${escape(summary)}.</p>${rows(given)}${asked}${answers.join('')}`
}

function contentPart(given: Content): string {
  const { description = '', content = {} } = given.$ref === undefined ? given : resolve<Content>(given.$ref)
  const fields = Object.values(content).flatMap(({ schema }) => fieldsOf(schema))
  return `<p>${escape(description)}</p>${rows(fields)}`
}

function fieldsOf(schema: Schema): readonly string[] {
  const { properties = {}, required = [] } = schema.$ref === undefined ? schema : resolve<Schema>(schema.$ref)
  return Object.entries(properties).flatMap(([name, field]) => {
    const shown = row(`${name}${required.includes(name) ? ' *' : ''}`, typeOf(field), field.description ?? '')
    // What a list or an object holds stands below it.
    const inner = fieldsOf(field.items ?? field).map(line => line.replace('<code>', `<code>${escape(name)}.`))
    return [shown, ...inner]
  })
}

function typeOf({ type = '', enum: words, const: word }: Schema): string {
  if (words !== undefined) return words.join(' | ')
  if (word !== undefined) return word
  return typeof type === 'string' ? type : type.join(' | ')
}

function resolve<Found>(reference: string): Found {
  const [, , kind = '', name = ''] = reference.split('/')
  return (openapi.components as unknown as Readonly<Record<string, Readonly<Record<string, Found>>>>)[kind]![name]!
}

function row(name: string, type: string, description: string): string {
  return `<tr><td><code>${escape(name)}</code><td>${escape(type)}<td>${escape(description)}`
}

function rows(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<table>${lines.join('')}</table>`
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escape(text: string): string {
  return text.replace(/[&<>"]/g, found => escapes[found] ?? found)
}
