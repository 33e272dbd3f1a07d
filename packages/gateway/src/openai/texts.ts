import { badRequest } from '../error.ts'
import { readList, readText } from './values.ts'

/** One text or several. OpenAI takes lists of tokens too, which are other texts to other models. */
export function readTexts(value: unknown, param: string, most: number): readonly string[] {
  if (typeof value === 'string') return [value]
  return readList(value, param, most).map((item, position) => {
    if (typeof item === 'number' || Array.isArray(item)) {
      throw badRequest(`\`${param}\` must hold texts: tokens mean something else to each model. Send the text itself.`, param)
    }
    return readText(item, `${param}.${position}`)
  })
}
