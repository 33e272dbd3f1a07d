import { inspect } from 'node:util'

/** Placeholder → real value. Printed or turned into JSON it shows only the placeholders. */
export class SecretMap extends Map<string, string> {
  toJSON(): readonly string[] {
    return [...this.keys()]
  }

  [inspect.custom](): readonly string[] {
    return this.toJSON()
  }
}
