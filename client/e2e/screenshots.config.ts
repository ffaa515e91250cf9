import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

// Takes the pictures in docs/ anew: make pictures
export default defineConfig(config, { testMatch: 'screenshots.ts' });
