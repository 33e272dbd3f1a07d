import type { JsonObject, ProviderData } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { readOpaqueObject, type Reading } from '../openai/reading.ts'

const mark = 'resoftai:'

/**
 * What must travel back to a vendor and has no block of its own (Gemini's signatures, `reasoning_details`, ids of a conversation) goes through
 * the client as a block that every client of this API sends back unread.
 */
export function carry(data: ProviderData): JsonObject {
  return { type: 'redacted_thinking', data: mark + JSON.stringify(data) }
}

/** `data` of a block. */
export function isCarried(data: string): boolean {
  return data.startsWith(mark)
}

export function readCarried(data: string, param: string, reading: Reading): ProviderData {
  return readOpaqueObject(parse(data.slice(mark.length), param), param, reading)
}

function parse(text: string, param: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(`\`${param}\` was changed: it must come back as it was sent.`, param)
  }
}
