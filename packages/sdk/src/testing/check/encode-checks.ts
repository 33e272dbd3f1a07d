import { isObject } from '../../json.ts'
import type { WireRequest } from '../../dialect.ts'
import type { ChatRequest } from '../../request.ts'
import { findForeignHost } from './allowed-hosts.ts'
import { allAsks, makeAsk, sendGolden, type Ask } from './ask.ts'
import { difference } from './difference.ts'
import type { GoldenCase, Subject, Variant } from './subject.ts'
import { each, inFile, type Task, type Verdict } from './verdict.ts'
import { findMalformed } from './wire-form.ts'

/** What is sent: as promised, well formed, to where the manifest says. */
export function encodeChecks(subject: Subject): readonly Task[] {
  const { goldens, variants, options } = subject
  const asks = allAsks(subject)
  const task = (name: string, judge: Task['judge']): Task => ({ group: 'encode', name, judge })
  const ofEach = (judge: (wire: WireRequest, ask: Ask) => string | undefined): Verdict =>
    each(asks, ask => {
      const wire = ask.send()
      return wire && judge(wire, ask)
    })
  const { hosts } = options
  return [
    ...(goldens.length > 0 ? [] : [task('a golden request', () => ({ skipped: 'no request is shown: add one to conformance/encode' }))]),
    ...goldens.map(golden => task(`golden ${golden.name}`, () => inFile(golden.file, matchGolden(golden)))),
    task('requests are well formed', () => ofEach(findMalformed)),
    ...(hosts === undefined
      ? []
      : [
          task('requests go to the hosts of the manifest', () =>
            ofEach(({ url }, { variant }) => findForeignHost(url, hosts, variant.options.config))
          )
        ]),
    task('extra fields and headers arrive unchanged', () => each(variants, findLoss))
  ]
}

function matchGolden(golden: GoldenCase): string | undefined {
  const wire = sendGolden(golden.variant.dialect, golden)
  return wire === undefined ? `the dialect makes no request for ${golden.call}` : difference(inFull(wire), inFull(golden.expect))
}

/** As it goes over the wire: the body as JSON makes it, the method said. */
export function inFull({ method, warnings = [], body, ...wire }: WireRequest): unknown {
  return {
    ...wire,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    warnings,
    ...(body !== undefined && { body: JSON.parse(JSON.stringify(body)) as unknown })
  }
}

const strange: ChatRequest = {
  model: 'some-model',
  messages: [{ role: 'user', content: 'Hi' }],
  extra: { resoftai_check: { kept: [1, null, 'a'] } },
  headers: { 'X-Resoftai-Check': 'kept' }
}

function findLoss(variant: Variant): string | undefined {
  const wire = makeAsk({ name: 'strange', request: strange, mode: 'stream' }, { variant }).send()
  if (wire === undefined) return undefined
  const { body, headers } = wire
  const sent = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (
    difference(isObject(body) ? body['resoftai_check'] : undefined, strange.extra?.['resoftai_check'], 'body.resoftai_check') ??
    difference(sent.get('x-resoftai-check'), 'kept', 'headers.X-Resoftai-Check')
  )
}
