/** What the buttons are called that scroll tabs where they do not fit: on a telephone. */
export const TAB_WORDS = { scrollLeftAriaLabel: 'Earlier tabs', scrollRightAriaLabel: 'Later tabs' };
