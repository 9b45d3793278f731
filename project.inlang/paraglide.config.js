// Shared by the compiler's command line and by its Vite plugin.
/** @type {import('@inlang/paraglide-js').ParaglideConfig} */
export default {
  outdir: './src/i18n/paraglide',
  strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
  outputStructure: 'message-modules',
  emitReadme: false,
};
