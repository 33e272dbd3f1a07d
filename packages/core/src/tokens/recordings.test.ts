import { describe, expect, test } from '@jest/globals'
import type { ChatRequest, Content, ContentPart, Message, Tool } from '@resoftai/sdk'
import { haveRecordings, recordingsOf, type Recording } from '../../../../tests/recordings/load.ts'
import { Calibration, calibrationKey } from './calibration.ts'
import { estimateTokens } from './estimate-tokens.ts'

type Json = Readonly<Record<string, unknown>>

const vendors = ['openai', 'azure', 'openrouter', 'groq', 'deepseek', 'mistral', 'cerebras', 'zhipu', 'moonshotai', 'alibaba', 'perplexity']
/** What only the vendor reads: its own tools, and what lies behind an address. */
const unseen =
  /web_fetch|web_search|compound|code_execution|tool_search|mcp|memory_2|advisor|file_?search|citations|file_?uri|video|"(?:url|file_data)": ?"https?:/i
const describeRecordings = haveRecordings ? describe : describe.skip

interface Sample {
  readonly vendor: string
  readonly key: string
  readonly estimate: number
  readonly reported: number
}

describeRecordings('estimates of recorded requests beside the usage that came back (skipped without ../shared/recordings)', () => {
  const samples = recordingsOf(...vendors, 'anthropic', 'google', 'google-vertex').flatMap(sampleOf)
  const errorOf = ({ estimate, reported }: Sample) => Math.abs(estimate - reported) / reported

  test('are of many vendors', () => {
    expect(samples.length).toBeGreaterThan(150)
    expect(new Set(samples.map(({ vendor }) => vendor)).size).toBeGreaterThan(8)
  })

  test('are near where the vendor counts as the weights were fitted', () => {
    const errors = samples.filter(({ vendor }) => vendor === 'openai').map(errorOf)
    expect(quantile(errors, 0.5)).toBeLessThan(0.15)
  })

  test('are within a half for half of all requests, though these are short and vendors add prompts of their own', () => {
    const errors = samples.map(errorOf)
    expect(quantile(errors, 0.5)).toBeLessThan(0.5)
    expect(quantile(errors, 0.9)).toBeLessThan(1)
  })

  test('come near once a model has been learned', () => {
    const errors = learnInTurn(samples).filter(({ reported }) => reported >= 200)
    expect(quantile(errors.map(errorOf), 0.5)).toBeLessThan(0.25)
  })

  test('have a bound that holds for each, were it the first of its model', () => {
    expect(samples.filter(({ key, estimate, reported }) => new Calibration().upperBound(key, estimate) < reported)).toEqual([])
  })

  test.each([
    ['the order they were recorded in', (list: readonly Sample[]) => list],
    ['the opposite order', (list: readonly Sample[]) => list.toReversed()],
    ['the order of their length', (list: readonly Sample[]) => list.toSorted((a, b) => a.reported - b.reported)]
  ])('have a bound that holds while models are learned, in %s', (_, sort) => {
    expect(learnInTurn(sort(samples)).filter(({ bound, reported }) => bound < reported)).toEqual([])
  })
})

interface Learned extends Sample {
  /** What was known before the usage came back; `estimate` is adjusted. */
  readonly bound: number
}

function learnInTurn(samples: readonly Sample[]): readonly Learned[] {
  const calibration = new Calibration()
  return samples.map(sample => {
    const { key, estimate, reported } = sample
    const known = { estimate: calibration.adjust(key, estimate), bound: calibration.upperBound(key, estimate) }
    calibration.learn(key, estimate, { inputTokens: reported })
    return { ...sample, ...known }
  })
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}

function sampleOf({ provider, status, request, body }: Recording): readonly Sample[] {
  if (status !== 200 || !isObject(request?.body) || unseen.test(JSON.stringify(request.body))) return []
  const asked = requestOf(request.body)
  const reported = reportedInput(body)
  if (asked === undefined || reported === 0) return []
  const model = stringOf(request.body['model']) || new URL(request.url).pathname
  return [{ vendor: provider, key: calibrationKey(model, asked), estimate: estimateTokens(asked), reported }]
}

function reportedInput(body: string): number {
  const last = (name: string) => Number([...body.matchAll(new RegExp(`"${name}":\\s*(\\d+)`, 'g'))].at(-1)?.[1] ?? 0)
  return (
    last('prompt_tokens') ||
    last('promptTokenCount') ||
    last('input_tokens') + last('cache_read_input_tokens') + last('cache_creation_input_tokens')
  )
}

function requestOf(body: Json): ChatRequest | undefined {
  const turns = items(body['messages'] ?? body['contents'])
  if (turns.length === 0) return undefined
  const system = body['system'] ?? body['systemInstruction']
  const format =
    (body['response_format'] as Json | undefined)?.['json_schema'] ??
    (body['output_config'] as Json | undefined)?.['format'] ??
    (body['generationConfig'] as Json | undefined)?.['responseSchema']
  return {
    model: stringOf(body['model']),
    messages: [...(system === undefined ? [] : [{ role: 'system', content: textOf(system) } as Message]), ...turns.flatMap(messagesOf)],
    tools: items(body['tools']).flatMap(toolsOf),
    ...(isObject(format) && { responseFormat: { type: 'json_schema', name: '', schema: format } })
  }
}

function toolsOf(tool: Json): readonly Tool[] {
  const declared = items(tool['functionDeclarations'] ?? tool['function_declarations'])
  if (declared.length > 0) return declared.flatMap(toolsOf)
  const stated = (tool['function'] ?? tool) as Json
  const parameters = stated['parameters'] ?? stated['parametersJsonSchema'] ?? stated['parameters_json_schema'] ?? stated['input_schema']
  return [{ name: stringOf(stated['name']), description: stringOf(stated['description']), parameters: (parameters ?? {}) as Json }]
}

/** One turn of any of the three shapes; results and calls as a message each. */
function messagesOf(turn: Json): readonly Message[] {
  const blocks = turn['parts'] ?? turn['content']
  const parts = typeof blocks === 'string' ? [{ text: blocks }] : items(blocks)
  const calls = [
    ...items(turn['tool_calls']),
    ...parts.flatMap(part => items([part['functionCall'], part['function_call'], part['type'] === 'tool_use' && part]))
  ]
  const results = parts.flatMap(part =>
    items([part['functionResponse'], part['function_response'], part['type'] === 'tool_result' && part])
  )
  const content: Content = parts.flatMap(partOf)
  const reasoning = [turn['reasoning_content'], ...parts.map(part => part['thinking'])].filter(value => typeof value === 'string').join('')
  const role = ['assistant', 'model'].includes(stringOf(turn['role'])) ? 'assistant' : 'user'
  const toolCalls = calls.map(call => {
    const called = (call['function'] ?? call) as Json
    const given = called['arguments'] ?? called['args'] ?? called['input'] ?? {}
    return { id: '', name: stringOf(called['name']), arguments: typeof given === 'string' ? given : JSON.stringify(given) }
  })
  const said = content.length > 0 || toolCalls.length > 0 || results.length === 0
  return [
    ...(said ? [{ role, content, reasoning, toolCalls } as unknown as Message] : []),
    ...results.map(result => ({ role: 'tool', toolCallId: '', content: resultOf(result['response'] ?? result['content']) }) as const)
  ]
}

function resultOf(value: unknown): Content {
  return Array.isArray(value) ? items(value).flatMap(partOf) : textOf(value)
}

function partOf(part: Json): readonly ContentPart[] {
  if (typeof part['text'] === 'string') return [{ type: 'text', text: part['text'] }]
  const image = part['image_url']
  if (image !== undefined) return [{ type: 'image', url: stringOf(isObject(image) ? image['url'] : image) }]
  const inline = part['inlineData'] ?? part['inline_data'] ?? part['source'] ?? part['file']
  if (!isObject(inline)) return []
  const type = stringOf(inline['mimeType'] ?? inline['mime_type'] ?? inline['media_type'])
  const url = stringOf(inline['url'] ?? inline['file_data'] ?? `data:${type};base64,${stringOf(inline['data'])}`)
  if (type.startsWith('audio/')) return [{ type: 'audio', data: stringOf(inline['data']), format: type.slice('audio/'.length) }]
  return [{ type: type.startsWith('image/') || part['type'] === 'image' ? 'image' : 'file', url }]
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function items(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textOf).join('\n')
  if (isObject(value) && typeof value['text'] === 'string') return value['text']
  return isObject(value) && Array.isArray(value['parts']) ? textOf(value['parts']) : JSON.stringify(value ?? '')
}
