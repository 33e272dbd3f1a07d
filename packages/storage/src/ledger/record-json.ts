import type { CallRecord } from '../types.ts'

export function toJson(record: CallRecord): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

export function fromJson(json: string): CallRecord {
  const record = JSON.parse(json) as Omit<CallRecord, 'costNanos'> & { readonly costNanos: string | null }
  return { ...record, costNanos: record.costNanos === null ? null : BigInt(record.costNanos) }
}
