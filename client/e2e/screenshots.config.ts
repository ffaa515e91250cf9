import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

// Takes the pictures in docs/ anew: npx playwright test -c e2e/screenshots.config.ts
export default defineConfig(config, { testMatch: 'screenshots.ts' });
