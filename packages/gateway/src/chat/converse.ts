import { randomUUID } from 'node:crypto'
import type { Message } from '@resoftai/sdk'
import type { ConversationStore } from '@resoftai/storage'
import type { TurnPlan } from './answer-turn.ts'
import { titleOf } from './title.ts'
import type { Turn, Turns } from './turns.ts'

export interface Talk {
  readonly store: ConversationStore
  readonly turns: Turns
}

export type Asked = Omit<TurnPlan, 'conversation' | 'history' | 'turn'>

/** Takes a turn in a conversation: in a new one where none is named, which is gone again when its first turn fails. */
export async function converse<Answer>(
  { store, turns }: Talk,
  owner: string,
  asked: Asked,
  answer: (plan: TurnPlan) => Promise<Answer>
): Promise<Answer> {
  const { message, conversation: named } = asked.ask
  const conversation = named ?? randomUUID()
  if (named === undefined) await store.create({ id: conversation, owner, title: titleOf(message) })
  let turn: Turn | undefined
  let isAnswered = false
  try {
    turn = await turns.take(conversation, owner, asked.call.signal)
    const history = await readHistory(store, conversation, owner)
    const answered = await answer({ ...asked, conversation, history, turn })
    isAnswered = true
    return answered
  } finally {
    // Nobody need know that this one cannot be removed: it is empty.
    if (named === undefined && !isAnswered && turn?.isAwaited() !== true) await store.remove(conversation, owner).catch(() => false)
    await turn?.leave()
  }
}

async function readHistory(store: ConversationStore, id: string, owner: string): Promise<readonly Message[]> {
  const messages: Message[] = []
  // What is kept there is what an agent said was said.
  for await (const { message } of store.read(id, owner)) messages.push(message as Message)
  return messages
}
