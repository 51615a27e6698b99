/** What the clocks of a zone show: `Wed 09:41 CET`; nothing for a zone that this browser does not know. */
export function localTime(at: number, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
      timeZone,
    }).format(at);
  } catch {
    return '';
  }
}
