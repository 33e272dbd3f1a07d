import { isObject, textOf, type Message } from '@resoftai/sdk'
import { readIds, readInterrupt, type CozeData, type WaitingCall } from './coze-data.ts'

/** A reply of Coze in the conversation, and what came after it. */
export interface EarlierReply {
  readonly data: CozeData
  readonly rest: readonly Message[]
}

/** The last reply that `fits`. */
export function findEarlier(messages: readonly Message[], fits: (data: CozeData) => boolean): EarlierReply | undefined {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]
    if (message?.role !== 'assistant') continue
    const data = readData(message.providerData?.coze)
    if (fits(data)) return { data, rest: messages.slice(index + 1) }
  }
  return undefined
}

/** It has been outside since it was told, so nothing about it is taken for granted. */
function readData(value: unknown): CozeData {
  if (!isObject(value)) return {}
  const { waiting, interrupt } = value
  return {
    ...readIds(value),
    waiting: Array.isArray(waiting) ? waiting.flatMap(readWaiting) : [],
    interrupt: isObject(interrupt) ? readInterrupt(interrupt, interrupt.stream === true) : undefined
  }
}

function readWaiting(call: unknown): WaitingCall[] {
  const id = isObject(call) ? textOf(call.id) : undefined
  return isObject(call) && id !== undefined ? [{ id, reply: call.reply === true }] : []
}
