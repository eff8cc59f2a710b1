"""Bounds of one read of a chart: what a page can show, so that a chart of fifty years opens like one of five visits."""

CONDITIONS_MAX = 300
MEDICATIONS_MAX = 200
ALLERGIES_MAX = 100
DOCUMENTS_ON_PAGE_MAX = 6
DOCUMENTS_MAX = 500
RELATED_MAX = 60
TEAMS_MAX = 20
RECENT_ENCOUNTERS_MAX = 40
COVERAGES_MAX = 40
ANSWERS_MAX = 40
TASKS_MAX = 60
UPCOMING_MAX = 60
RESULT_KINDS_MAX = 150
RESULT_FIGURES_MAX = 12
RESULTS_ON_PAGE_MAX = 6
TIMELINE_ROWS_MAX = 120  # rows read for one page of the timeline
TIMELINE_LINES_MAX = 18  # lines shown of them; results of a day are one line
HISTORY_VERSIONS_MAX = 100
NAMES_MAX = 400
ABOUT_VERSIONS_MAX = 40  # how far back the source of what someone says about themselves is looked for
