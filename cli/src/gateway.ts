export * from '@resoftai/gateway'
export * from '@resoftai/storage'
