import { explainError } from '../answer/answer-error.ts'
import { answerTurn, type TurnPlan } from './answer-turn.ts'
import type { ClientCall } from '../answer/client-call.ts'
import type { Recording } from '../answer/recording.ts'
import { converse, type Asked, type Talk } from './converse.ts'
import { answerEnd, answerMessage } from './documents.ts'
import type { Run } from './run.ts'
import type { Runs } from './runs.ts'

export interface RunStart {
  readonly talk: Talk
  readonly runs: Runs
  readonly owner: string
  readonly graceMs: number
  /** Of the request, where there is one. */
  readonly recording: Recording | undefined
  readonly asked: Asked & { readonly call: ClientCall }
}

/** Begins to answer a message, whoever reads it. Resolves when its turn has come; rejects with what fails before, later failures are events. */
export function startRun({ talk, runs, owner, graceMs, recording, asked }: RunStart): Promise<Run> {
  const { call, outcome } = asked
  const started = Promise.withResolvers<Run>()
  let run: Run | undefined
  const answer = async (plan: TurnPlan) => {
    const own = runs.begin({ owner, graceMs, abandon: () => call.abandon(), signal: call.signal, recording })
    run = own
    started.resolve(own)
    await own.add('status', { state: 'started', run: own.id, conversation_id: plan.conversation })
    return answerTurn(plan, (event, data) => own.add(event, data))
  }
  const work = async () => {
    try {
      const answered = await converse(talk, owner, asked, answer)
      await run?.add('message', answerMessage(answered))
      await run?.add('done', answerEnd(answered))
      await recording?.keepStream()
    } catch (error) {
      if (run !== undefined) {
        outcome.fail(error)
        run.failure = outcome.failure
      }
      await run?.add('error', errorDocument(error))
      started.reject(error)
    } finally {
      if (run !== undefined) {
        await recording?.release()
        runs.end(run)
      }
      call.end()
    }
  }
  void work()
  return started.promise
}

function errorDocument(error: unknown): object {
  const { code, type, status, message, hint } = explainError(error)
  return { code, type, status, message: hint === undefined ? message : `${message} ${hint}` }
}
