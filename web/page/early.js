// Before anything is painted: the colours that the link or the person chose. Without a choice the style sheet
// follows the system.
(function () {
  var theme = /[?&]theme=(light|dark)\b/.exec(location.search);
  theme = theme && theme[1];
  try {
    theme = theme || localStorage.getItem('raftarium.theme');
  } catch (error) {
    // No storage in this frame: the system's colours then.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.setAttribute('data-theme', theme);
})();
