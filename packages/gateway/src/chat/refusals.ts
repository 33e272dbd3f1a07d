import { GatewayError } from '../error.ts'

/** It is somebody else's, too: nobody learns which. */
export function noConversation(): GatewayError {
  return new GatewayError('There is no such conversation.', {
    status: 404,
    type: 'not_found_error',
    code: 'conversation_not_found',
    hint: 'GET /api/conversations lists them.'
  })
}

export function conversationBusy(): GatewayError {
  return new GatewayError('Other messages of this conversation are being answered.', {
    status: 409,
    type: 'invalid_request_error',
    code: 'conversation_busy',
    retryAfterMs: 5_000,
    hint: 'Wait as long as Retry-After says.'
  })
}

export function noRun(): GatewayError {
  return new GatewayError('There is no such run, or it ended too long ago.', {
    status: 404,
    type: 'not_found_error',
    code: 'run_not_found',
    hint: 'GET /api/conversations/{id} has what was answered.'
  })
}

export function eventsGone(): GatewayError {
  return new GatewayError('The events that follow this one are no longer kept.', {
    status: 410,
    type: 'invalid_request_error',
    code: 'run_events_gone',
    hint: 'GET /api/conversations/{id} has the answer when the run has ended.'
  })
}

export function cancelled(): GatewayError {
  return new GatewayError('This message was no longer waited for.', { status: 499, type: 'invalid_request_error', code: 'cancelled' })
}

export function tookTooLong(): GatewayError {
  return new GatewayError('The answer took too long.', { status: 504, type: 'api_error', code: 'provider_timeout' })
}
