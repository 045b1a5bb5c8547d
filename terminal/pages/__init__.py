"""The operator's and the patient's pages: HTML, CSS and ES modules as they are served, without a build step."""
