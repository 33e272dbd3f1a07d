import { fork } from 'node:child_process'
import {
  comments,
  fakeService,
  headers,
  json,
  sse,
  stall,
  wait,
  write,
  type Answer,
  type ReceivedRequest,
  type Step
} from '@resoftai/sdk/testing'
import { completion, delta, finished, said, vendorError } from '../support.ts'

/** What the vendor saw of one model; each call of a test asks for a model of its own. */
interface Seen {
  requests: number
  /** The vendor has done what it will do, and waits. */
  readonly ready: PromiseWithResolvers<void>
  /** When the vendor lost the connection, by its own clock (`Date.now`). */
  readonly closed: PromiseWithResolvers<number>
}

export interface LoadVendor extends AsyncDisposable {
  readonly url: string
  of(model: string): Seen
  /** All requests that it has got until now. */
  requests(): Promise<number>
  /** From now on the script `dead` answers 500, or properly. */
  become(health: 'ill' | 'well'): Promise<void>
}

type Note = 'done' | { readonly model: string; readonly what: 'asked' | 'ready' | 'closed'; readonly at: number }

/** A vendor in a process of its own: neither its memory nor its work is the client's. It ends with its parent. */
export async function startVendor(): Promise<LoadVendor> {
  const child = fork(import.meta.filename, ['serve'], { execArgv: [] })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', message => resolve(message as string))
    child.once('exit', code => reject(new Error(`the vendor ended with ${code}`)))
  })
  const seen = new Map<string, Seen>()
  const answers: (() => void)[] = []
  let requests = 0
  const of = (model: string): Seen => {
    let found = seen.get(model)
    if (found === undefined) seen.set(model, (found = { requests: 0, ready: Promise.withResolvers(), closed: Promise.withResolvers() }))
    return found
  }
  child.on('message', (note: Note) => {
    if (note === 'done') return answers.shift()?.()
    const about = of(note.model)
    if (note.what === 'ready') return about.ready.resolve()
    if (note.what === 'closed') return about.closed.resolve(note.at)
    about.requests++
    requests++
  })
  /** Notes come in order: behind the answer all earlier ones are here. */
  const say = (word: 'ill' | 'well' | 'sync') =>
    new Promise<void>(resolve => {
      answers.push(resolve)
      child.send(word)
    })
  return {
    url,
    of,
    requests: async () => {
      await say('sync')
      return requests
    },
    become: say,
    async [Symbol.asyncDispose]() {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill()
      await gone
    }
  }
}

/** What to ask the vendor for: the first word names a script below, numbers follow. */
export function ask(script: string, model: string) {
  return { model, messages: [{ role: 'user' as const, content: script }] }
}

async function serve(): Promise<void> {
  let ill = false
  const tell = (note: Note) => void process.send?.(note)

  const scripts: Readonly<Record<string, (ready: Step, ...numbers: number[]) => Answer>> = {
    silent: ready => ({ steps: [ready, stall] }),
    headers: ready => sse([ready, stall]),
    begun: ready => sse([said('a'), ready, stall]),
    half: ready => ({
      headers: { 'content-type': 'application/json', 'content-length': '1000' },
      steps: [headers, write('{"id":'), ready, stall]
    }),
    unwell: ready => {
      const answer = json(vendorError('not now'), { status: 503 })
      return { ...answer, steps: [...answer.steps, ready] }
    },
    steady: (_ready, events = 1, everyMs = 0) => sse([steady(events, everyMs), finished()]),
    pinging: () => sse([said('a'), comments(50)]),
    empty: () => sse([said('a'), comments(50, Infinity, `data: ${JSON.stringify(delta({}))}\n\n`)]),
    dead: () => (ill ? json(vendorError('dead'), { status: 500 }) : json(completion('well')))
  }

  const service = await fakeService(
    (request: ReceivedRequest) => {
      const { model, messages } = request.json as { readonly model: string; readonly messages: readonly [{ readonly content: string }] }
      const note = (what: 'asked' | 'ready' | 'closed') => tell({ model, what, at: Date.now() })
      note('asked')
      void request.closedEarly.then(early => early && note('closed'))
      const [name = '', ...numbers] = messages[0].content.split(' ')
      const script = scripts[name]
      if (script === undefined) throw new TypeError(`no script ${name}`)
      const ready: Step = async connection => {
        // What was written before goes out at the end of this turn.
        await wait(0)(connection)
        note('ready')
      }
      return script(ready, ...numbers.map(Number))
    },
    { keepRequests: 0 }
  )
  process.on('message', word => {
    if (word !== 'sync') ill = word === 'ill'
    tell('done')
  })
  process.on('disconnect', () => process.exit())
  process.send?.(service.url)
}

/** Events whose text is their number, at a steady pace. Not a list of steps, of which thousands of streams would keep hundreds of thousands. */
function steady(events: number, everyMs: number): Step {
  return async connection => {
    for (let number = 0; number < events && !connection.closed; number++) {
      await wait(everyMs)(connection)
      await connection.write(`data: ${JSON.stringify(said(`${number} `))}\n\n`)
    }
  }
}

if (process.argv[2] === 'serve') await serve()
