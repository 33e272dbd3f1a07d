import judge from '../../generated/host-config.js'
import type { Problem } from '../error.ts'
import { toProblems } from '../schema/problems.ts'

/** What is wrong with a host configuration, by `schemas/host-config.schema.json`. */
export function judgeHostConfig(value: unknown): readonly Problem[] {
  return judge(value) ? [] : toProblems(judge.errors)
}
