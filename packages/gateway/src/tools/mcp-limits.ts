/** The longest message of a server, and the most that it is given to read at a time. */
export const mostMessageBytes = 16 * 1024 * 1024
