/** What a vendor's model has been told, whatever the words of the vendor. */
export interface Heard {
  /** What the user said, in order. */
  readonly questions: readonly string[]
  /** Results of the tools of the turn that runs, by the tool's name. */
  readonly results: Readonly<Record<string, string>>
}

export interface Said {
  readonly reasoning: string
  readonly text: string
  readonly calls: readonly { readonly name: string; readonly args: Readonly<Record<string, string>> }[]
}

/** One mind behind all vendors, so that whatever differs between their replies is the fault of the way. */
export function think({ questions, results }: Heard): Said {
  const question = questions.at(-1) ?? ''
  if (Object.keys(results).length > 0) {
    const told = Object.entries(results).map(([name, result]) => `${name}: ${result}`)
    return { reasoning: 'Now I know.', text: `你好 🌍 ${told.toSorted().join(', ')}`, calls: [] }
  }
  if (/weather/.test(question)) {
    const calls = [
      { name: 'weather', args: { city: '巴黎' } },
      { name: 'time', args: {} }
    ]
    return { reasoning: 'Two tools are needed.', text: 'Let me look.', calls }
  }
  return { reasoning: 'I remember.', text: `You first asked: ${questions[0]}`, calls: [] }
}

/** A request that the real vendor would refuse. */
export class Refusal extends Error {}

export function refuseUnless(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Refusal(why)
}

/** A text in small pieces, as models send it. */
export function piecesOf(text: string): readonly string[] {
  return text.match(/.{1,3}/gsu) ?? []
}
