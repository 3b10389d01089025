"""Reimport a clinic's FileMaker data into its Django backend: plan, rehearse, apply, prove."""
