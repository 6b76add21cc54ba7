"""The shell around every page: the header's facts and the API's front door. Imports the apps; nobody imports it."""
